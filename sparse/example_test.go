package sparse_test

import (
	"errors"
	"fmt"

	"github.com/goloom/loom/sparse"
	"gonum.org/v1/gonum/mat"
)

// Collect the entries of a matrix as they come, then compress it for
// computing.
func Example() {
	var genes, cells []int32
	var counts []uint16
	for _, molecule := range [][2]int32{{2, 1}, {0, 3}, {2, 1}, {1, 0}} {
		genes, cells = append(genes, molecule[0]), append(cells, molecule[1])
		counts = append(counts, 1)
	}
	m, err := sparse.NewCOO(3, 4, genes, cells, counts)
	if err != nil {
		fmt.Println(err)
		return
	}
	byCell := m.ToCSC()
	for cell := range 4 {
		for gene, n := range byCell.Col(cell) {
			fmt.Printf("cell %d has %d of gene %d\n", cell, n, gene)
		}
	}
	// Output:
	// cell 0 has 1 of gene 1
	// cell 1 has 2 of gene 2
	// cell 3 has 1 of gene 0
}

// Every form can be given to gonum.
func Example_gonum() {
	m, _ := sparse.NewCSR(2, 3, []int{0, 2, 3}, []int32{0, 2, 1}, []int32{1, 2, 3})
	var product mat.Dense
	product.Mul(m, m.T())
	fmt.Println(mat.Formatted(m))
	fmt.Println(mat.Sum(m))
	fmt.Println(mat.Formatted(&product))
	// Output:
	// ⎡1  0  2⎤
	// ⎣0  3  0⎦
	// 6
	// ⎡5  0⎤
	// ⎣0  9⎦
}

// A triangle of cells, each edge once, as a graph.
func ExampleNewCOO() {
	from, to := []int32{0, 0, 1}, []int32{1, 2, 2}
	graph, err := sparse.NewCOO(3, 3, from, to, []float64{0.5, 0.25, 1})
	fmt.Println(graph.NNZ(), err)

	_, err = sparse.NewCOO(2, 2, from, to, []float64{0.5, 0.25, 1})
	fmt.Println(errors.Is(err, sparse.ErrIndex), err)
	// Output:
	// 3 <nil>
	// true 2 x 2 COO: sparse: bad index: entry 1 is at (0, 2)
}

func ExampleCOO_Dims() {
	m := triplets()
	fmt.Println(m.Dims())
	// Output: 2 3
}

func ExampleCOO_NNZ() {
	m := triplets()
	fmt.Println(m.NNZ(), m.ToCSR().NNZ())
	// Output: 4 3
}

func ExampleCOO_Raw() {
	rows, cols, values := triplets().Raw()
	for k, v := range values {
		fmt.Printf("(%d, %d) %d\n", rows[k], cols[k], v)
	}
	// Output:
	// (1, 2) 5
	// (0, 0) 1
	// (1, 0) 2
	// (1, 2) 4
}

func ExampleCOO_Value() {
	fmt.Println(triplets().Value(1, 2))
	// Output: 9
}

func ExampleCOO_At() {
	fmt.Printf("%.1f\n", triplets().At(1, 2))
	// Output: 9.0
}

func ExampleCOO_Transpose() {
	m := triplets().Transpose()
	fmt.Println(m.Dims())
	fmt.Println(m.Value(2, 1))
	// Output:
	// 3 2
	// 9
}

func ExampleCOO_T() {
	fmt.Println(mat.Formatted(triplets().T()))
	// Output:
	// ⎡1  2⎤
	// ⎢0  0⎥
	// ⎣0  9⎦
}

func ExampleCOO_Equal() {
	m := triplets()
	fmt.Println(m.Equal(m.ToCSC().ToCOO()))
	// Output: true
}

func ExampleCOO_ToCSR() {
	fmt.Println(triplets().ToCSR().Raw())
	// Output: [0 1 3] [0 0 2] [1 2 9]
}

func ExampleCOO_ToCSC() {
	fmt.Println(triplets().ToCSC().Raw())
	// Output: [0 2 2 3] [0 1 1] [1 2 9]
}

func ExampleCOO_ToDense() {
	d, err := triplets().ToDense()
	fmt.Println(d.Raw(), err)
	// Output: [1 0 0 2 0 9] <nil>
}

// triplets is 1 0 0 / 2 0 9, the 9 in two parts.
func triplets() *sparse.COO[int32] {
	m, _ := sparse.NewCOO(2, 3, []int32{1, 0, 1, 1}, []int32{2, 0, 0, 2}, []int32{5, 1, 2, 4})
	return m
}

func ExampleNewCSR() {
	// Row 0 has entries 0 and 1, row 1 has none, row 2 has entry 2.
	m, err := sparse.NewCSR(3, 4, []int{0, 2, 2, 3}, []int32{0, 3, 1}, []float32{1, 2, 3})
	fmt.Println(mat.Formatted(m), err)
	// Output:
	// ⎡1  0  0  2⎤
	// ⎢0  0  0  0⎥
	// ⎣0  3  0  0⎦ <nil>
}

// Rows that are out of order, or that repeat a column, are put right in a
// copy.
func ExampleNewCSR_order() {
	m, _ := sparse.NewCSR(1, 4, []int{0, 3}, []int32{3, 0, 3}, []int8{5, 1, 2})
	fmt.Println(m.Raw())
	// Output: [0 2] [0 3] [1 7]
}

func ExampleCSR_Dims() {
	fmt.Println(rows().Dims())
	// Output: 2 3
}

func ExampleCSR_NNZ() {
	fmt.Println(rows().NNZ())
	// Output: 3
}

// Scale the values in place.
func ExampleCSR_Raw() {
	m := rows()
	_, _, values := m.Raw()
	for k := range values {
		values[k] *= 10
	}
	fmt.Println(m.Value(1, 2))
	// Output: 90
}

func ExampleCSR_Value() {
	fmt.Println(rows().Value(1, 2), rows().Value(1, 1))
	// Output: 9 0
}

func ExampleCSR_At() {
	fmt.Printf("%.1f\n", rows().At(1, 2))
	// Output: 9.0
}

func ExampleCSR_Row() {
	for col, v := range rows().Row(1) {
		fmt.Println(col, v)
	}
	// Output:
	// 0 2
	// 2 9
}

func ExampleCSR_Transpose() {
	m := rows()
	for row, v := range m.Transpose().Col(1) {
		fmt.Println(row, v)
	}
	// Output:
	// 0 2
	// 2 9
}

func ExampleCSR_T() {
	fmt.Println(rows().T().Dims())
	// Output: 3 2
}

func ExampleCSR_Equal() {
	withZero, _ := sparse.NewCSR(2, 3, []int{0, 2, 4}, []int32{0, 1, 0, 2}, []int32{1, 0, 2, 9})
	fmt.Println(rows().Equal(withZero))
	// Output: true
}

// The last column first, and the last row alone.
func ExampleCSR_Select() {
	m, err := rows().Select([]int{1}, []int{2, 0})
	fmt.Println(mat.Formatted(m), err)
	// Output: [9  2] <nil>
}

func ExampleCSR_ToCSC() {
	fmt.Println(rows().ToCSC().Raw())
	// Output: [0 2 2 3] [0 1 1] [1 2 9]
}

func ExampleCSR_ToCOO() {
	fmt.Println(rows().ToCOO().Raw())
	// Output: [0 1 1] [0 0 2] [1 2 9]
}

func ExampleCSR_ToDense() {
	d, err := rows().ToDense()
	fmt.Println(d.Raw(), err)
	// Output: [1 0 0 2 0 9] <nil>
}

// rows is 1 0 0 / 2 0 9.
func rows() *sparse.CSR[int32] { return triplets().ToCSR() }

func ExampleNewCSC() {
	// Column 0 has entries 0 and 1, column 1 has none, column 2 has entry 2.
	m, err := sparse.NewCSC(4, 3, []int{0, 2, 2, 3}, []int32{0, 3, 1}, []float32{1, 2, 3})
	fmt.Println(mat.Formatted(m), err)
	// Output:
	// ⎡1  0  0⎤
	// ⎢0  0  3⎥
	// ⎢0  0  0⎥
	// ⎣2  0  0⎦ <nil>
}

func ExampleCSC_Dims() {
	fmt.Println(columns().Dims())
	// Output: 2 3
}

func ExampleCSC_NNZ() {
	fmt.Println(columns().NNZ())
	// Output: 3
}

// The number of genes seen in each cell is the distance between pointers.
func ExampleCSC_Raw() {
	ptr, _, _ := columns().Raw()
	for cell := range len(ptr) - 1 {
		fmt.Println(cell, ptr[cell+1]-ptr[cell])
	}
	// Output:
	// 0 2
	// 1 0
	// 2 1
}

func ExampleCSC_Value() {
	fmt.Println(columns().Value(1, 2), columns().Value(1, 1))
	// Output: 9 0
}

func ExampleCSC_At() {
	fmt.Printf("%.1f\n", columns().At(1, 2))
	// Output: 9.0
}

func ExampleCSC_Col() {
	for row, v := range columns().Col(0) {
		fmt.Println(row, v)
	}
	// Output:
	// 0 1
	// 1 2
}

func ExampleCSC_Transpose() {
	for col, v := range columns().Transpose().Row(0) {
		fmt.Println(col, v)
	}
	// Output:
	// 0 1
	// 1 2
}

func ExampleCSC_T() {
	fmt.Println(columns().T().Dims())
	// Output: 3 2
}

func ExampleCSC_Equal() {
	fmt.Println(columns().Equal(rows().ToCSC()))
	// Output: true
}

func ExampleCSC_Select() {
	m, err := columns().Select([]int{0, 1}, []int{2, 2, 0})
	fmt.Println(mat.Formatted(m), err)
	// Output:
	// ⎡0  0  1⎤
	// ⎣9  9  2⎦ <nil>
}

func ExampleCSC_ToCSR() {
	fmt.Println(columns().ToCSR().Raw())
	// Output: [0 1 3] [0 0 2] [1 2 9]
}

func ExampleCSC_ToCOO() {
	fmt.Println(columns().ToCOO().Raw())
	// Output: [0 1 1] [0 0 2] [1 2 9]
}

func ExampleCSC_ToDense() {
	d, err := columns().ToDense()
	fmt.Println(d.Raw(), err)
	// Output: [1 0 0 2 0 9] <nil>
}

// columns is 1 0 0 / 2 0 9.
func columns() *sparse.CSC[int32] { return triplets().ToCSC() }

func ExampleNewDense() {
	d, err := sparse.NewDense(2, 3, []int16{1, 2, 3, 4, 5, 6})
	fmt.Println(d.Value(1, 0), err)

	_, err = sparse.NewDense(2, 3, []int16{1, 2, 3, 4})
	fmt.Println(errors.Is(err, sparse.ErrShape), err)
	// Output:
	// 4 <nil>
	// true 2 x 3 Dense: sparse: bad shape: 4 elements, want 6
}

func ExampleDense_Dims() {
	fmt.Println(full().Dims())
	// Output: 2 3
}

func ExampleDense_NNZ() {
	fmt.Println(full().NNZ())
	// Output: 3
}

func ExampleDense_Raw() {
	fmt.Println(full().Raw())
	// Output: [1 0 0 2 0 9]
}

func ExampleDense_Value() {
	fmt.Println(full().Value(1, 2))
	// Output: 9
}

func ExampleDense_At() {
	fmt.Printf("%.1f\n", full().At(1, 2))
	// Output: 9.0
}

// A row is part of the matrix and can be written to.
func ExampleDense_Row() {
	d := full()
	d.Row(0)[1] = 7
	fmt.Println(d.Raw())
	// Output: [1 7 0 2 0 9]
}

func ExampleDense_Col() {
	for row, v := range full().Col(2) {
		fmt.Println(row, v)
	}
	// Output:
	// 0 0
	// 1 9
}

func ExampleDense_T() {
	fmt.Println(full().T().Dims())
	// Output: 3 2
}

func ExampleDense_Equal() {
	other, _ := rows().ToDense()
	fmt.Println(full().Equal(other))
	// Output: true
}

func ExampleDense_Select() {
	d, err := full().Select([]int{1, 0}, []int{0, 2})
	fmt.Println(d.Raw(), err)

	_, err = full().Select([]int{0}, []int{3})
	fmt.Println(errors.Is(err, sparse.ErrIndex), err)
	// Output:
	// [2 9 1 0] <nil>
	// true sparse: bad index: selection[0] is column 3 of 3
}

func ExampleDense_ToCOO() {
	fmt.Println(full().ToCOO().Raw())
	// Output: [0 1 1] [0 0 2] [1 2 9]
}

func ExampleDense_ToCSR() {
	fmt.Println(full().ToCSR().Raw())
	// Output: [0 1 3] [0 0 2] [1 2 9]
}

func ExampleDense_ToCSC() {
	fmt.Println(full().ToCSC().Raw())
	// Output: [0 2 2 3] [0 1 1] [1 2 9]
}

// full is 1 0 0 / 2 0 9.
func full() *sparse.Dense[int32] {
	d, _ := sparse.NewDense(2, 3, []int32{1, 0, 0, 2, 0, 9})
	return d
}

// Package parquet writes Loom files as Apache Parquet, which pandas, polars, DuckDB,
// Spark and R's arrow read: the elements of a layer that are not zero as a long table with
// a line for each, or the attributes of rows or columns as a table with a line for each row or
// column of the matrix.
//
// Columns of the tables have the types of the file, but float16 becomes float32 and
// the numbers of enumerations int64. None of their values is missing. They are compressed with Snappy.
package parquet

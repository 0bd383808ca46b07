# Reads a Loom file with hdf5r and with rhdf5 and holds the two against each other:
#
#   loom demo && Rscript docs/r/read_loom.R demo.loom
#
# R counts dimensions the other way round: what both return has a row for each
# cell, and t() makes it genes by cells.

suppressMessages({
  library(hdf5r)
  library(rhdf5)
})

path <- commandArgs(trailingOnly = TRUE)[1]
file <- H5File$new(path, mode = "r")

counts <- t(file[["matrix"]][, ])
genes <- file[["row_attrs/Gene"]][]
cells <- file[["col_attrs/CellID"]][]
dimnames(counts) <- list(genes, cells)
cat(nrow(counts), "genes x", ncol(counts), "cells, sum", sum(counts), "\n")

for (name in c("matrix", "layers/spliced", "layers/unspliced")) {
  stopifnot(identical(file[[name]][, ], h5read(path, name)))
}
for (name in c("row_attrs/Gene", "col_attrs/CellID", "col_attrs/ClusterName", "col_graphs/KNN/a", "col_graphs/KNN/w")) {
  stopifnot(all(file[[name]][] == h5read(path, name)))
}
stopifnot(all(t(file[["layers/spliced"]][, ]) + t(file[["layers/unspliced"]][, ]) == counts))
stopifnot(all(colSums(counts) == as.numeric(file[["col_attrs/TotalUMI"]][])))
stopifnot(dim(h5read(path, "col_attrs/UMAP")) == c(2, ncol(counts)))
cat("hdf5r and rhdf5 read the same\n")

clusters <- file[["col_attrs/ClusterName"]][]
il7r <- tapply(counts["IL7R", ], clusters, mean)
print(round(sort(il7r, decreasing = TRUE), 3))
file$close_all()

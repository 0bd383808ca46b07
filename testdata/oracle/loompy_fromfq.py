"""Makes Loom files out of reads with loompy, which runs kallisto.

loompy_fromfq.py JOBS: JOBS is JSON, a list of objects with out, sample, fastqs, index and metadata: the
arguments of loompy's create_from_fastq. Random numbers are the same in each run. A tenth of the
simulations has to do: of integer counts loompy cuts all p-values below 1 off to 0.
"""

import json
import logging
import sys
import warnings

import numpy as np
from loompy import cell_calling
from loompy.bus_file import create_from_fastq

logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")

simulate = cell_calling.simulate_multinomial_loglikelihoods
cell_calling.simulate_multinomial_loglikelihoods = lambda p, n, num_sims, verbose: simulate(p, n, num_sims=num_sims // 10)

with open(sys.argv[1]) as f:
    jobs = json.load(f)
for job in jobs:
    np.random.seed(1)
    create_from_fastq(job["out"], job["sample"], job["fastqs"], job["index"], job["metadata"], 1)

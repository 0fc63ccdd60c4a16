import numpy as np

x = np.zeros(1)

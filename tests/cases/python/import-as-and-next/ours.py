import numpy as np
import pandas

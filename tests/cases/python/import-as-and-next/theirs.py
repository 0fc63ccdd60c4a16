import numpy
import pandas as pd

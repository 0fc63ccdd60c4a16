select a, b
from t2;

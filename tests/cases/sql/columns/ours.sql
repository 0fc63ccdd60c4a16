select a1, b
from t;

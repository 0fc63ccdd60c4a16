import os
import sys
import json

print(os, sys)

import os
import sys
import json
import re

print(os, sys)

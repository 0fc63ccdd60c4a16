from a import b
import os
import sys
import re

from a import b
import os
import sys

import numpy

x = numpy.array(1)

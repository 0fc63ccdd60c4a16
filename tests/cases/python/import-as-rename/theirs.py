import numpy

x = numpy.zeros(1)

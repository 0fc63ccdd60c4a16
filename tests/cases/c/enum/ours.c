enum a { X, Y, Z };

use A;

print 1;

use A;
use B;

print 1;

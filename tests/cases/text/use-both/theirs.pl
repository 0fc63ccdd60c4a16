use A;
use C;

print 1;

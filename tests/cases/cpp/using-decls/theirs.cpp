using std::cout;
using std::endl;

int x;

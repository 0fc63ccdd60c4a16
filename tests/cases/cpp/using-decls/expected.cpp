using std::cout;
using std::cin;
using std::endl;

int x;

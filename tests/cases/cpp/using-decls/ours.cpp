using std::cout;
using std::cin;

int x;

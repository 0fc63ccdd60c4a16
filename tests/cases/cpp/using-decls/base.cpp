using std::cout;

int x;

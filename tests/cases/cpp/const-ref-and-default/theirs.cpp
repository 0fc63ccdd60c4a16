void f(std::string s, int n = 0);

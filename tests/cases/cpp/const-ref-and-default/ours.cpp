void f(const std::string& s, int n);

static const int a = 2;

static const int a = 1;

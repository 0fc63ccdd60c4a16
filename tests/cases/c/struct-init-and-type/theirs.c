static int a = 2;

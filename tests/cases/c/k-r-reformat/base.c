int f(int a,int b){return a+b;}
int g(void){return 1;}

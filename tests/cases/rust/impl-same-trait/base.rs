struct S;

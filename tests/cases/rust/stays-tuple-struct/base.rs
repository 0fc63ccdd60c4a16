struct A(i32);

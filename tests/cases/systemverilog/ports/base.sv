module m(input a);
  m2 u(
    .a(a)
  );
endmodule

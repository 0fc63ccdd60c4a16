module m(input a);
  m2 u(
    .a(a),
    .b(b),
    .c(c)
  );
endmodule

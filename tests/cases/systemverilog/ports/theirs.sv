module m(input a);
  m2 u(
    .a(a),
    .c(c)
  );
endmodule

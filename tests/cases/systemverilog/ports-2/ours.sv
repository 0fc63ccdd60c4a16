module m (
  input a,
  output b,
  output c
);
endmodule

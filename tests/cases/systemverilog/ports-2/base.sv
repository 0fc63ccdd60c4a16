module m (
  input a,
  output b
);
endmodule

module m (
  input wire a,
  output b,
  output c
);
endmodule

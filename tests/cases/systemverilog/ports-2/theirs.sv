module m (
  input wire a,
  output b
);
endmodule

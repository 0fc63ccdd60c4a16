module m (
  input logic clk,
  input logic rst
);
endmodule

module m (
  input wire clk,
  input logic rst
);
endmodule

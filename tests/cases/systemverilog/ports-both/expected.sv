module m (
  input wire clk,
  input logic rst_n
);
endmodule

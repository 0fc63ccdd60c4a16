defmodule A do
  alias B
  alias D
end

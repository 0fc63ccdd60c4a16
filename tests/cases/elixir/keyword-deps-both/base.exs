defp deps do
  [
    {:plug, "~> 1.0"}
  ]
end

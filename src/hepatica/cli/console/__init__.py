"""Console of the commands: options and closing words (`shell`), `terminal`, files read (`sources`), `evidence_text`,
`indirect_text`."""

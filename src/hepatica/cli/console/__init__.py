"""What commands share: options and closing words (`shell`), `terminal`, files read (`sources`), `evidence_text`."""

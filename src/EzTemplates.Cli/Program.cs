using EzTemplates.Cli;

return await EzCommand.RunAsync(args, Console.Out, Console.Error).ConfigureAwait(false);

using System.Text;
using EzTemplates.Cli;
using EzTemplates.Cli.Output;

EzTemplates.Operations.EnterNamespaces.Arrive();
var output = new StreamWriter(new StandardStream(1), new UTF8Encoding(false)) { AutoFlush = true };
var error = new StreamWriter(new StandardStream(2), new UTF8Encoding(false)) { AutoFlush = true };
return await EzCommand.RunAsync(args, output, error).ConfigureAwait(false);

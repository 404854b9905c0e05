using System.Text;
using EzTemplates.Cli;

// Not Console.Out and Console.Error: making those looks up encodings and the terminal's abilities, which costs more than a short command.
var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false)) { AutoFlush = true };
var error = new StreamWriter(Console.OpenStandardError(), new UTF8Encoding(false)) { AutoFlush = true };
return await EzCommand.RunAsync(args, output, error).ConfigureAwait(false);

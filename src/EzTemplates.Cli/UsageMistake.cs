using System.CommandLine;
using EzTemplates.Domain;

namespace EzTemplates.Cli;

/// <summary>A command line that is none, told with what may have been meant.</summary>
internal static class UsageMistake
{
    public static EzException Of(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var name = HelpExamples.NameOf(command);
        if (StrayOption(parsed) is { } option)
        {
            return Unknown($"`{name}` has no option `{option}`", NearNames.Closest(option, Options(command), 1), "", name);
        }

        if (parsed.UnmatchedTokens is [var token, ..] && command.Subcommands.Count > 0)
        {
            return Unknown($"`{name}` has no command `{token}`", NearNames.Closest(token, command.Subcommands.Select(c => c.Name), 1), name + " ", name);
        }

        return command.Subcommands.Count > 0 && parsed.CommandResult.Tokens.Count == 0 && parsed.UnmatchedTokens.Count == 0 && parsed.Errors.Count == 1
            ? new EzException(FailureKind.Usage, $"`{name}` needs a command: {string.Join(", ", command.Subcommands.Select(c => c.Name))}", $"{name} --help")
            : new EzException(FailureKind.Usage, string.Join("; ", parsed.Errors.Select(e => e.Message.TrimEnd('.'))), $"{name} --help");
    }

    /// <summary>The parser takes an option that it does not know for an argument, where there may be one.</summary>
    private static string? StrayOption(ParseResult parsed) => parsed.Tokens
        .TakeWhile(token => token.Type != System.CommandLine.Parsing.TokenType.DoubleDash)
        .FirstOrDefault(token => token.Type == System.CommandLine.Parsing.TokenType.Argument && token.Value.StartsWith("--", StringComparison.Ordinal))?.Value;

    private static EzException Unknown(string what, IReadOnlyList<string> near, string before, string name) =>
        new(FailureKind.Usage, what, near.Count > 0 ? $"did you mean `{before}{near[0]}`?" : $"{name} --help");

    /// <summary>The command's own and those that every command has.</summary>
    private static IEnumerable<string> Options(Command command) =>
        command.Options.Concat(SharedOptions.All).Select(option => option.Name);
}

using System.CommandLine;
using System.Text.RegularExpressions;
using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests;

/// <summary>README and the parser tell the same commands.</summary>
public sealed partial class CommandTreeTests
{
    private static string[] Asking => ["ez repo check", "ez why-not"];

    private static readonly string[] Fetching = ["ez up", "ez run", "ez lock", "ez build", "ez update", "ez store check", .. Asking];

    /// <summary>Without `--repair`, a check is its own dry run; the others only look.</summary>
    private static readonly string[] Changing =
    [
        .. Fetching.Where(name => name != "ez store check").Except(Asking), "ez template remove", "ez store gc", "ez env create", "ez env remap", "ez env add-app", "ez env remove-app", "ez env remove", "ez upgrade", "ez rollback",
    ];

    public static TheoryData<string> Names() => [.. Commands().Select(HelpExamples.NameOf)];

    [Fact]
    public void README_lists_exactly_the_commands_that_there_are()
    {
        var table = Rows().Select(usage => NameIn(usage)).ToList();
        Assert.Equal(table.Order(StringComparer.Ordinal), Commands().Select(HelpExamples.NameOf).Order(StringComparer.Ordinal));
        Assert.Distinct(table);
    }

    [Fact]
    public void README_s_usage_names_arguments_and_options_that_there_are()
    {
        foreach (var usage in Rows())
        {
            var command = Commands().Single(c => HelpExamples.NameOf(c) == NameIn(usage));
            var options = Option().Matches(usage).Select(m => m.Value);
            Assert.Subset(command.Options.Select(o => o.Name).ToHashSet(StringComparer.Ordinal), options.ToHashSet(StringComparer.Ordinal));
            var words = Regex.Replace(usage, @"\[?--[a-z]+ ?[A-Z]*\]?", "");
            Assert.Equal(command.Arguments.Select(a => a.Name), Argument().Matches(words).Select(m => m.Value));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Each_command_s_help_has_an_example_and_the_exit_codes(string name)
    {
        using var output = new StringWriter();
        var status = await EzCommand.RunAsync([.. name.Split(' ')[1..], "--help"], output, output);
        var help = output.ToString();
        Assert.Equal(0, status);
        Assert.Matches($@"Example:\n +.*\b{Regex.Escape(name)}\b", help);
        Assert.Contains("Exit codes:", help, StringComparison.Ordinal);
        foreach (var option in (string[])["--store", "--json", "--quiet"])
        {
            Assert.Contains(option, help, StringComparison.Ordinal);
        }

        Assert.Equal(Fetching.Contains(name), help.Contains("--offline", StringComparison.Ordinal));
        Assert.Equal(Fetching.Contains(name), help.Contains("--mirror", StringComparison.Ordinal));
        Assert.Equal(Changing.Contains(name), help.Contains("--dry-run", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("env")]
    [InlineData("template")]
    public void A_list_of_commands_has_one_line_each_and_their_arguments_by_name(string group)
    {
        using var output = new StringWriter();
        EzCommand.Tree().Parse([.. group.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]).Invoke(new InvocationConfiguration { Output = output, Error = output });
        var list = output.ToString().Split("Commands:\n")[1].TrimEnd('\n').Split('\n');
        Assert.All(list, line => Assert.Matches("^  [a-z]", line));
        Assert.DoesNotContain("Exit codes", string.Join('\n', list), StringComparison.Ordinal);
        Assert.DoesNotContain(list, line => line.Contains("debian-12|", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_example_is_a_command_line_that_the_parser_takes(string name)
    {
        var command = Commands().Single(c => HelpExamples.NameOf(c) == name);
        var example = Regex.Match(command.Description!, @"Example:\n +(.*)").Groups[1].Value;
        var words = Regex.Match(example, @"\bez ([^)""]*)").Groups[1].Value.TrimEnd();
        var parsed = EzCommand.Tree().Parse(words);
        Assert.Empty(parsed.Errors);
        Assert.Equal(name, HelpExamples.NameOf(parsed.CommandResult.Command));
    }

    private static IEnumerable<Command> Commands() => Leaves(EzCommand.Tree());

    private static IEnumerable<Command> Leaves(Command command) =>
        command.Subcommands.Count == 0 ? [command] : command.Subcommands.SelectMany(Leaves);

    /// <summary>The first column of README's table of commands.</summary>
    private static IEnumerable<string> Rows() =>
        File.ReadLines(Path.Combine(RepositoryRoot.Find(), "README.md"))
            .SkipWhile(line => line != "## Commands")
            .Skip(1)
            .TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal))
            .Where(line => line.StartsWith("| `ez ", StringComparison.Ordinal))
            .Select(line => line.Split('`')[1]);

    /// <summary><c>ez env create</c> of <c>ez env create ENV... --template TEMPLATE</c>.</summary>
    private static string NameIn(string usage) => string.Join(' ', usage.Split(' ').TakeWhile(word => CommandWord().IsMatch(word)));

    [GeneratedRegex("^[a-z-]+$")]
    private static partial Regex CommandWord();

    [GeneratedRegex("--[a-z-]+")]
    private static partial Regex Option();

    [GeneratedRegex("[A-Z]{2,}")]
    private static partial Regex Argument();
}

using EzTemplates.Cli.Output;
using EzTemplates.Domain;

namespace EzTemplates.Cli.Tests;

/// <summary>What a failure says of things that somebody else wrote.</summary>
public sealed class FailureTextTests
{
    [Fact]
    public void What_would_steer_a_terminal_is_shown_as_its_number_and_lines_stay()
    {
        using var error = new StringWriter { NewLine = "\n" };
        FailureText.Write(new EzException(FailureKind.Environment, "two `\u001b]52;c;x\u0007`\nlines `ü\u009b`\r", "ez env show \u001b[2J"), error, json: false);
        Assert.Equal("ez: two `\\x1b]52;c;x\\x07`\nlines `ü\\x9b`\\x0d\nhint: ez env show \\x1b[2J\n", error.ToString());
    }
}

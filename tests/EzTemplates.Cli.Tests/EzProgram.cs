using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests;

/// <summary>The built <c>ez</c> with a store of its own, run as a user runs it.</summary>
public sealed class EzProgram(string store)
{
    /// <summary>
    /// What the variable <c>EZ_TEST_PROGRAM</c> says, as <c>tests/run</c> sets it to the published program, which starts three times as
    /// quickly; else the command line project's own output, of the configuration that the tests were built in.
    /// </summary>
    public static string File { get; } = Find();

    public string Store => store;

    /// <summary>Added to the environment of each run; null removes a variable.</summary>
    public Dictionary<string, string?> Environment { get; } = new(StringComparer.Ordinal) { ["EZ_STORE"] = store };

    public string? WorkingDirectory { get; init; }

    public ToolCommand Command(params IReadOnlyList<string> arguments) =>
        new(File, arguments) { Environment = Environment, WorkingDirectory = WorkingDirectory };

    public ToolRun Run(params IReadOnlyList<string> arguments) => ToolRun.Run(Command(arguments));

    private static string Find()
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        var program = System.Environment.GetEnvironmentVariable("EZ_TEST_PROGRAM") ?? Path.Combine(
            RepositoryRoot.Find(), "src", "EzTemplates.Cli", "bin", output.Parent!.Name, output.Name, System.Runtime.InteropServices.RuntimeInformation.RuntimeIdentifier, "ez");
        return System.IO.File.Exists(program) ? program : throw new InvalidOperationException($"{program} is not built");
    }

    /// <summary>The run, which must have ended with 0.</summary>
    public ToolRun Succeed(params IReadOnlyList<string> arguments) => Run(arguments).Succeed();
}

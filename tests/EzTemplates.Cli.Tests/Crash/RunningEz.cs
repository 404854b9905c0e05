using System.Diagnostics;
using System.Globalization;
using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests;

/// <summary>An <c>ez</c> that is at work while the test looks on.</summary>
internal sealed class RunningEz : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Process _process;

    public RunningEz(EzProgram ez, params IReadOnlyList<string> command)
        : this(ez.Command(command))
    {
    }

    /// <param name="command">It may start as another program, if that becomes <c>ez</c>.</param>
    public RunningEz(ToolCommand command)
    {
        var start = new ProcessStartInfo(ToolRun.Locate(command.File) ?? command.File, command.Arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            WorkingDirectory = command.WorkingDirectory ?? "",
        };
        foreach (var (name, value) in command.Environment)
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start)!;
    }

    public string Id => _process.Id.ToString(CultureInfo.InvariantCulture);

    public StreamReader Output => _process.StandardOutput;

    public StreamReader Error => _process.StandardError;

    /// <summary>Keys, where it is on a terminal.</summary>
    public void Type(string keys)
    {
        _process.StandardInput.Write(keys);
        _process.StandardInput.Flush();
    }

    public void CloseInput() => _process.StandardInput.Close();

    public void Signal(string name) => ToolRun.Run("kill", "-" + name, Id).Succeed();

    /// <summary>Ends <c>ez</c> alone, as the kernel's memory killer does.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>Reads until a line has the text; returns that line.</summary>
    public static string WaitFor(StreamReader lines, string text)
    {
        var read = new List<string>();
        while (true)
        {
            var next = lines.ReadLineAsync();
            Assert.True(next.Wait(Patience), $"no line with `{text}` came; so far:\n{string.Join('\n', read)}");
            Assert.True(next.Result is not null, $"it ended without a line with `{text}`:\n{string.Join('\n', read)}");
            if (next.Result!.Contains(text, StringComparison.Ordinal))
            {
                return next.Result;
            }

            read.Add(next.Result);
        }
    }

    public (int ExitCode, string Output, string Error) End()
    {
        var (output, error) = (Output.ReadToEndAsync(), Error.ReadToEndAsync());
        Assert.True(_process.WaitForExit(Patience), "ez did not end");
        return (_process.ExitCode, output.Result, error.Result);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }

        _process.Dispose();
    }
}

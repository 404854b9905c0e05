using System.Diagnostics;
using System.Text;

namespace EzTemplates.Testing;

/// <summary>What to start: a program and its arguments as they are, never a shell string.</summary>
public sealed record ToolCommand(string File, params IReadOnlyList<string> Arguments)
{
    /// <summary>Null: the standard input is empty.</summary>
    public byte[]? Stdin { get; init; }

    /// <summary>Added to the test's own environment; a null value removes a variable.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    public string? WorkingDirectory { get; init; }

    /// <summary>After it the process and its children are killed, and the run throws.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(2);

    public override string ToString() => $"{File} {string.Join(' ', Arguments)}";
}

/// <summary>A program that has run to its end, with what it wrote.</summary>
public sealed record ToolRun(ToolCommand Command, int ExitCode, byte[] Stdout, byte[] Stderr)
{
    public string Output => Encoding.UTF8.GetString(Stdout);

    public string Error => Encoding.UTF8.GetString(Stderr);

    public IReadOnlyList<string> Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public static ToolRun Run(string file, params IReadOnlyList<string> arguments) => Run(new ToolCommand(file, arguments));

    public static ToolRun Run(ToolCommand command)
    {
        ArgumentNullException.ThrowIfNull(command);
        using var process = Start(command);
        var stdout = Task.Run(() => Drain(process.StandardOutput.BaseStream));
        var stderr = Task.Run(() => Drain(process.StandardError.BaseStream));
        var stdin = Task.Run(() => Feed(process.StandardInput.BaseStream, command.Stdin));
        if (!process.WaitForExit(command.Timeout))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"`{command}` did not end within {command.Timeout}");
        }

        // A grandchild that inherited the pipes may outlive the program; its output is not waited for without end.
        if (!Task.WaitAll([stdout, stderr, stdin], command.Timeout))
        {
            throw new TimeoutException($"`{command}` ended, but something it started still holds its output");
        }

        return new ToolRun(command, process.ExitCode, stdout.Result, stderr.Result);
    }

    /// <summary>This run, if its exit status is 0.</summary>
    /// <exception cref="InvalidOperationException">Any other; with the program's own words.</exception>
    public ToolRun Succeed() => ExitCode == 0 ? this : throw new InvalidOperationException($"`{Command}` ended with {ExitCode}:\n{Error}{Output}");

    /// <summary>The file on PATH, or null.</summary>
    public static string? Locate(string tool)
    {
        var path = System.Environment.GetEnvironmentVariable("PATH") ?? "";
        return path.Split(':').Append("/usr/sbin").Append("/sbin")
            .Where(folder => folder.Length > 0)
            .Select(folder => Path.Combine(folder, tool))
            .FirstOrDefault(File.Exists);
    }

    private static Process Start(ToolCommand command)
    {
        var start = new ProcessStartInfo(Locate(command.File) ?? command.File, command.Arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = command.WorkingDirectory ?? "",
        };
        foreach (var (name, value) in command.Environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start) ?? throw new InvalidOperationException($"`{command}` did not start");
    }

    private static byte[] Drain(Stream stream)
    {
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    private static void Feed(Stream stream, byte[]? content)
    {
        try
        {
            using (stream)
            {
                stream.Write(content ?? []);
            }
        }
        catch (IOException)
        {
            // The program ended without reading all of it, which is its right.
        }
    }
}

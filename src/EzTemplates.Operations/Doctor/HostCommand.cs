using System.Diagnostics;
using EzTemplates.Store;

namespace EzTemplates.Operations;

/// <summary>A program of the host, run to its end.</summary>
internal static class HostCommand
{
    /// <returns>Null where it ended with 0; else what it said, or that there is no such program.</returns>
    public static string? Failure(string folder, params IReadOnlyList<string> words)
    {
        if (HostTool.Find(words[0]) is not { } file)
        {
            return $"there is no program `{words[0]}`";
        }

        var start = new ProcessStartInfo(file, words.Skip(1)) { RedirectStandardError = true, RedirectStandardOutput = true, WorkingDirectory = folder };
        start.Environment["LC_ALL"] = "C";
        using var process = Process.Start(start)!;
        var said = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? null : said.Split('\n')[0].Trim() is { Length: > 0 } line ? line : $"`{words[0]}` ended with {process.ExitCode}";
    }
}

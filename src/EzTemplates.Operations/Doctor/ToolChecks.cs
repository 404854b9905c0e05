using System.Runtime.InteropServices;
using EzTemplates.Formats.Compression;
using EzTemplates.Repositories;
using EzTemplates.Store;

namespace EzTemplates.Operations;

/// <summary>Programs and libraries of the host.</summary>
internal static class ToolChecks
{
    private static readonly (string Tool, string Package)[] ForOrdinaryUsers = [("unshare", "util-linux"), ("nsenter", "util-linux")];

    public static DoctorFinding Verifier() => ReleaseVerifier.Programs.FirstOrDefault(program => HostTool.Find(program) is not null) is { } found
        ? DoctorFinding.Ok("signatures", $"are verified by {HostTool.Find(found)}")
        : DoctorFinding.Problem("signatures", "cannot be verified: there is neither `gpgv` nor `sqv`", "apt-get install gpgv");

    public static IEnumerable<DoctorFinding> Namespaces()
    {
        foreach (var (tool, package) in ForOrdinaryUsers)
        {
            yield return HostTool.Find(tool) switch
            {
                { } file => DoctorFinding.Ok(tool, file),
                null when Environment.IsPrivilegedProcess => DoctorFinding.Warning(tool, "is not there; ordinary users need it", $"apt-get install {package}"),
                null => DoctorFinding.Problem(tool, "is not there, and environments of an ordinary user need it", $"as root: apt-get install {package}"),
            };
        }

        foreach (var tool in SubordinateIds.Tools)
        {
            yield return HostTool.Find(tool) is { } file
                ? DoctorFinding.Ok(tool, file)
                : DoctorFinding.Warning(tool, "is not there: new stores of ordinary users have one id only", "as root: apt-get install uidmap");
        }
    }

    public static IEnumerable<DoctorFinding> Libraries()
    {
        foreach (var (name, package) in SystemLibraries.All)
        {
            var check = name[..name.IndexOf('.', StringComparison.Ordinal)];
            if (NativeLibrary.TryLoad(name, out var library))
            {
                NativeLibrary.Free(library);
                yield return DoctorFinding.Ok(check, name);
            }
            else
            {
                yield return DoctorFinding.Problem(check, $"`{name}` cannot be loaded, and packages are compressed with it", $"apt-get install {package}");
            }
        }
    }
}

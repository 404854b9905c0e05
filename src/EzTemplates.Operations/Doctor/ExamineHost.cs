using EzTemplates.Domain;
using EzTemplates.Environments;
using EzTemplates.Store;

namespace EzTemplates.Operations;

/// <param name="Fix">Mend what may be mended.</param>
/// <param name="Command">This process's, for what has to be mended inside the namespaces of an ordinary user's store.</param>
public sealed record ExamineRequest(bool Fix, IReadOnlyList<string> Command);

/// <summary>What the checks share.</summary>
internal sealed record Examination(Workspace Workspace, ExamineRequest Request)
{
    public StoreLayout Layout { get; } = new(Workspace.Options.StoreRoot ?? StoreLayout.DefaultRoot);

    /// <summary>Where probes are made: the store, or the nearest folder that will hold it.</summary>
    public string Ground
    {
        get
        {
            var folder = Layout.Root;
            while (!Directory.Exists(folder))
            {
                folder = Path.GetDirectoryName(folder) ?? "/";
            }

            return folder;
        }
    }
}

/// <summary><c>ez doctor</c>: looks at all that environments need of the machine, by trying it where that can be tried.</summary>
public static class ExamineHost
{
    public static DoctorReport Run(Workspace workspace, ExamineRequest request)
    {
        var at = new Examination(workspace, request);
        if (NamespaceMark.Current is not null)
        {
            // Asked for by the one that looks, from outside.
            LeftOverChecks.Remove(workspace);
            return new DoctorReport("ok", []);
        }

        DoctorFinding[] findings =
        [
            KernelChecks.Version(),
            KernelChecks.Overlay(at),
            KernelChecks.Images(),
            KernelChecks.Namespaces(),
            ToolChecks.Verifier(),
            .. ToolChecks.Namespaces(),
            .. ToolChecks.Libraries(),
            .. LeftOverChecks.Run(at),
            StoreChecks.Run(at),
            .. FileSystemChecks.Run(at),
            IdChecks.Run(at),
            BoundChecks.Run(),
            ConfigurationChecks.Run(workspace.Options.HostRoot),
        ];
        return new DoctorReport(Worst(findings), findings);
    }

    private static string Worst(DoctorFinding[] findings) =>
        Array.Exists(findings, finding => finding.Verdict == "problem") ? "problem"
        : Array.Exists(findings, finding => finding.Verdict == "warning") ? "warning"
        : "ok";

    /// <summary>A check that meets what it was not made for is a problem of its own, and keeps no other from being made.</summary>
    internal static DoctorFinding Guarded(string check, Func<DoctorFinding> look)
    {
        try
        {
            return look();
        }
        catch (EzException failure)
        {
            return DoctorFinding.Problem(check, failure.Message, failure.Hint);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return DoctorFinding.Problem(check, failure.Message, "check the disk, and who may use the file");
        }
    }
}

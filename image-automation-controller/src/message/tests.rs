//! Templates that users write, and those that fail.

use super::*;
use setters::{Change, ObjectId};

fn object(kind: &str, name: &str) -> ObjectId {
    ObjectId {
        api_version: "apps/v1".into(),
        kind: kind.into(),
        name: name.into(),
        namespace: "prod".into(),
    }
}

fn change(old: &str, new: &str, setter: &str) -> Change {
    Change {
        old_value: old.into(),
        new_value: new.into(),
        setter: setter.into(),
    }
}

fn data() -> Data {
    let mut changes = Changes::default();
    let (job, web) = (object("Job", "b"), object("Deployment", "web"));
    let image = change("web:1", "web:2", "ns:web");
    let tag = change("1", "2", "ns:web:tag");
    changes.add("z.yaml", [(job, vec![tag])].into());
    changes.add("a/web.yaml", [(web, vec![image.clone(), image])].into());
    Data {
        namespace: "ns".to_owned(),
        name: "auto".to_owned(),
        changes,
        values: [("cluster".to_owned(), "eu".to_owned())].into(),
    }
}

fn rendered(template: &str) -> String {
    render(template, data()).unwrap()
}

#[test]
fn t1_files_objects_and_changes_range_in_order() {
    assert_eq!(
        rendered(
            "Automation: {{ .AutomationObject }} in {{ .Values.cluster }}\n\
             {{ range $file, $objects := .Changed.FileChanges -}}\n\
             {{ $file }}:{{ range $object, $changes := $objects }} {{ $object.Kind }}/{{ $object.Name }}\
             {{ range $changes }} {{ .OldValue }}->{{ .NewValue }} ({{ .Setter }}){{ end }}{{ end }}\n\
             {{ end -}}"
        ),
        "Automation: ns/auto in eu\n\
         a/web.yaml: Deployment/web web:1->web:2 (ns:web) web:1->web:2 (ns:web)\n\
         z.yaml: Job/b 1->2 (ns:web:tag)\n"
    );
    assert_eq!(
        rendered(
            "{{ range $r, $_ := .Changed.Objects }}{{ $r.APIVersion }} {{ $r.Namespace }}/{{ $r.Name }};{{ end }}"
        ),
        "apps/v1 prod/web;apps/v1 prod/b;"
    );
    // Each change once, whatever object it is in.
    assert_eq!(
        rendered("{{ range .Changed.Changes }}{{ .NewValue }} {{ end }}"),
        "web:2 2 "
    );
}

#[test]
fn names_counts_and_functions_are_there() {
    assert_eq!(rendered(""), "Update from image update automation");
    assert_eq!(
        rendered(
            "{{ .AutomationObject.Namespace }} {{ .AutomationObject.Name | upper }} {{ .AutomationObject.String }}"
        ),
        "ns AUTO ns/auto"
    );
    assert_eq!(
        rendered(
            "{{ len .Changed.Objects }} {{ len .Changed.Changes }} {{ if .Changed.Objects }}y{{ end }}"
        ),
        "2 2 y"
    );
    assert_eq!(
        rendered("{{ .Values.none }}{{ range $o, $_ := .Changed.Objects }}{{ $o }}{{ end }}"),
        "<no value>{{{apps/v1 Deployment} {web prod}}}{{{apps/v1 Job} {b prod}}}"
    );
}

#[test]
fn u7_fields_that_are_gone_are_told_apart_from_other_failures() {
    let error = |template: &str| render(template, data()).unwrap_err();
    assert_eq!(
        error("{{ range .Updated.Images }}{{ end }}"),
        MessageError::Removed(RemovedField::Updated)
    );
    assert_eq!(
        error("{{ .Changed.ImageResult }}"),
        MessageError::Removed(RemovedField::ImageResult)
    );
    assert_eq!(
        error("{{ .Updated }}").to_string(),
        "template uses removed '.Updated' field. Please use '.Changed' instead. See: https://fluxcd.io/flux/components/image/imageupdateautomations/#message-template"
    );
    assert_eq!(
        error("{{ .Nothing }}").to_string(),
        "failed to run template from spec: template: commit message:1:3: executing \"commit message\" at <.Nothing>: can't evaluate field Nothing in type source.TemplateData"
    );
    assert_eq!(
        error("{{ now }}").to_string(),
        "unable to create commit message template from spec: template: commit message:1: function \"now\" not defined"
    );
    let message = error("{{ if }}").to_string();
    assert!(message.starts_with("unable to create commit message template from spec: template: commit message:1: missing value for if"), "{message}");
}

#[test]
fn a_template_that_does_not_end_is_ended() {
    let error = render(
        "{{ define \"a\" }}{{ template \"a\" . }}{{ end }}{{ template \"a\" . }}",
        data(),
    );
    assert!(matches!(error, Err(MessageError::Run(_))));
    let error = render(
        "{{ range until 100000 }}{{ repeat 10000 \"x\" }}{{ end }}",
        data(),
    );
    assert!(matches!(error, Err(MessageError::Run(_))));
}
